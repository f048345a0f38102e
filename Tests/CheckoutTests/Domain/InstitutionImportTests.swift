import CheckoutDomain
import FilmClubModel
import ServiceTestSupport
import Testing

@Suite("What an import of institutions changes")
struct InstitutionImportTests {
    @Test("New ones begin at version 1, changed ones rise by one, equal ones are left alone")
    func kinds() throws {
        let (new, same, other) = (try SampleHouse().school, try SampleHouse().school, try SampleHouse().school)
        var renamed = other
        renamed.name = "Lincoln High"
        renamed.version = 900
        var again = same
        again.version = 1

        let plan = InstitutionImport([new, renamed, again], over: [same.id: same, other.id: other])
        #expect(plan.created.map(\.id) == [new.id])
        #expect(plan.created.map(\.version) == [1])
        #expect(plan.changed.map(\.id) == [other.id])
        #expect(plan.changed.map(\.version) == [other.version + 1])
        #expect(plan.changed.map(\.name) == ["Lincoln High"])
        #expect(plan.unchanged == [same.id])
        #expect(plan.news.count == 2)
    }
}
