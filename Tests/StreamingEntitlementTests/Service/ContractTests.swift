import ServiceTestSupport
import Testing

@Suite("The contract of streaming")
struct ContractTests {
    @Test("Every route has its contract, and the document of all of them is served, 304 to who has it")
    func complete() async throws {
        try await Cinema.with { world async throws in
            let faults = try await world.faultsOfDocument()
            #expect(faults == [])
        }
    }

    @Test("Every example in the document is valid")
    func examples() async throws {
        try await Cinema.with { world async throws in
            #expect(world.service.check.examplesCount > 0)
            #expect(world.service.check.faultsOfExamples() == [])
        }
    }

    @Test("Whoever has none of the roles that an operation names is refused for it, before anything else")
    func roles() async throws {
        try await Cinema.with { world async throws in
            let faults = try await world.operationsThatLetStrangersIn()
            #expect(faults == [])
        }
    }
}
