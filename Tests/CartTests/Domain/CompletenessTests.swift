import CartDomain
import FilmClubModel
import ServiceTestSupport
import Testing

@Suite("What a cart still lacks")
struct CompletenessTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let films: Int
        let missing: Int
        let change: @Sendable (inout SampleHouse) throws -> Void
        /// By the house as it was when the films were chosen.
        let reasons: @Sendable (SampleHouse) throws -> [Completeness.Reason]

        init(
            _ description: String, films: Int = 5, missing: Int = 0,
            _ change: @escaping @Sendable (inout SampleHouse) throws -> Void = { _ in },
            reasons: @escaping @Sendable (SampleHouse) throws -> [Completeness.Reason] = { _ in [] }
        ) {
            testDescription = description
            self.films = films
            self.missing = missing
            self.change = change
            self.reasons = reasons
        }
    }

    @Test(
        "By slots, institution, programme, films and rules as they are now",
        arguments: [
            Case("five films"),
            Case("two films", films: 2, missing: 3),
            Case("an unverified institution", films: 0, missing: 5) {
                $0.school.verified = false
            } reasons: { _ in
                [.institutionNotVerified]
            },
            Case("a programme that has left the territory") {
                $0.programme.territories = []
            } reasons: { _ in
                [.programmeNotOffered]
            },
            Case("a programme with other slots now") {
                $0.programme.slots = 6
            } reasons: { _ in
                [.programmeChanged(slots: 6)]
            },
            Case("a film withdrawn since") {
                $0.films[2].status = .withdrawn
            } reasons: {
                [.filmWithdrawn($0.films[2].id)]
            },
            Case("a licence that ended since") {
                $0.films[4].territories = []
            } reasons: {
                [.filmNotLicensed($0.films[4].id, $0.school.territory)]
            },
            Case("a film that nobody knows any more", films: 1, missing: 4) {
                $0.films[0].id = .generate(now: SampleHouse.now)
            } reasons: {
                [.filmUnknown($0.films[0].id)]
            },
            Case("a rule that is not met") {
                $0.programme.rules = [.minimumBeforeYear(count: 3, year: 2000), .maximumByOneDirector(count: 2)]
            } reasons: { _ in
                [.ruleNotMet(.minimumBeforeYear(count: 3, year: 2000))]
            },
            Case("a rule that may still be met", films: 4, missing: 1) {
                $0.programme.rules = [.minimumBeforeYear(count: 3, year: 2000)]
            },
            Case("a rule of a newer house") {
                $0.programme.rules = [.unsupported(rule: "one-comedy")]
            } reasons: { _ in
                [.ruleNotMet(.unsupported(rule: "one-comedy"))]
            },
            Case("everything at once", films: 2, missing: 3) {
                $0.school.verified = false
                $0.films[0].status = .withdrawn
                $0.films[1].territories = []
            } reasons: {
                [
                    .institutionNotVerified, .filmWithdrawn($0.films[0].id),
                    .filmNotLicensed($0.films[1].id, $0.school.territory),
                ]
            },
        ])
    func lacking(expected: Case) throws {
        let before = try SampleHouse()
        let cart = try before.cart(films: expected.films)
        var house = before
        try expected.change(&house)
        let completeness = Completeness(of: cart, by: house.facts)
        let reasons = try expected.reasons(before)
        #expect(completeness.missingFilms == expected.missing)
        #expect(completeness.reasons == reasons)
        #expect(completeness.isComplete == (expected.missing == 0 && reasons.isEmpty))
        for reason in reasons {
            #expect(!reason.word.isEmpty && reason.word.utf8.allSatisfy { $0 == 0x2D || (0x61...0x7A).contains($0) })
            #expect(reason.sentence.hasSuffix("."))
        }
    }

    @Test("A closed cart lacks nothing, whatever has become of its films")
    func closed() throws {
        var house = try SampleHouse()
        var cart = try house.cart(films: 3)
        _ = cart.close(by: .generate(now: SampleHouse.now))
        house.films[0].status = .withdrawn
        #expect(Completeness(of: cart, by: house.facts).isComplete)
    }

    @Test("A cart that is full but lacks something else is not complete, and becomes so by the edit that mends it")
    func mended() throws {
        var house = try SampleHouse()
        var cart = try house.cart(films: 4)
        house.films[0].status = .withdrawn
        let fifth = try cart.select(house.films[4].id, by: house.facts)
        #expect(fifth.count == 1)
        #expect(cart.state == .open)
        _ = try cart.remove(house.films[0].id, by: house.facts)
        let mended = try cart.select(house.films[5].id, by: house.facts)
        #expect(mended.count == 2)
        #expect(cart.state == .complete)
    }
}
