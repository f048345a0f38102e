import FilmClubModel
import FoundationEssentials
import JSON
import Testing

@testable import OperatorCommand

@Suite("The operator's command line")
struct InvocationTests {
    @Test("Every command explains itself, and the list names all of them")
    func help() throws {
        let list = try Invocation(["--help"], commands: OperatorCommand.commands).helpText(OperatorCommand.commands)
        for command in OperatorCommand.commands {
            #expect(list.contains(command.summary))
            let own = try Invocation([command.name, "--help"], commands: OperatorCommand.commands)
            #expect(own.helpText(OperatorCommand.commands).contains("Usage: filmclub \(command.usage)"))
        }
    }

    @Test(
        "A command line that cannot be followed is refused in a sentence",
        arguments: [
            ["dance"], ["--config"], ["import"], ["import", "a", "b"], ["import", "--fast", "a"],
            ["import", "--schema", "a"],
            [], ["--config", "file"], ["token"], ["token", "--roles", ""], ["token", "--roles", "viewer,"],
            ["token", "--roles", "king"], ["token", "--roles", "viewer", "--minutes", "0"],
            ["token", "--roles", "viewer", "--institution", "here"], ["broker"], ["broker", "--address-file"],
            ["key", "--private", "a"], ["trace", "not-an-id"], ["trace"],
        ])
    func refused(arguments: [String]) {
        #expect(throws: UsageError.self) {
            guard case .run(let type, let options, _) = try Invocation(arguments, commands: OperatorCommand.commands)
            else { return }
            _ = try type.init(options)
        }
    }
}

@Suite("A trace")
struct TraceTests {
    @Test("Every hop stands with its time, its cause and who applied it")
    func text() throws {
        let order = try OrderID("019b76da-a800-7000-8000-000000000001")
        let start = Instant(clamping: 1_000_000_000)
        let trace = TraceContext.root()
        let placed = UUID()
        let hops = [
            Trace.Hop(
                service: "checkout", type: "OrderPlaced", id: placed, cause: nil, time: start, trace: trace,
                topic: Topic.orders.name, key: order.text, sequence: 1),
            Trace.Hop(
                service: "cart", type: "CartClosed", id: UUID(), cause: placed, time: start + .microseconds(12_345),
                trace: trace.child(), applied: [("checkout", start + .milliseconds(15))], topic: Topic.carts.name,
                key: "c", sequence: 7),
        ]
        let text = Trace.text(order: order, hops)
        #expect(text.contains("trace \(trace.traceID)\n"))
        #expect(text.contains("12.345 ms after OrderPlaced"))
        #expect(text.contains("applied CartClosed, 2.655 ms later"))
        #expect(text.contains("2 events, 15.000 ms from first to last"))
    }
}

@Suite("An import that is cut short")
struct ImportInterruptedTests {
    @Test("What was taken, who failed and what to do are said")
    func sentence() {
        struct Away: Error, CustomStringConvertible { let description = "It does not answer." }
        let error = ImportInterrupted(taken: [.catalog, .checkout], failed: .streaming, reason: Away())
        #expect(
            error.description == """
                Only catalog and checkout took their part of the import: streaming failed. It does not answer.
                Run the same import again: what was taken already stays as it is, and the rest follows.
                """)
    }
}
