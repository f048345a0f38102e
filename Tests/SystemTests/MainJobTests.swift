import Glibc
import Testing

/// Real binaries, a real database, a broker in a process of its own: what deploy/up runs.
@Suite("The house as a whole", .serialized)
struct MainJobTests {
    @Test(
        "The main job is done; an order placed while streaming stands still is fulfilled after a restart of everything",
        arguments: House.Broker.available)
    func mainJob(broker: House.Broker) async throws {
        let house = try House(broker)
        do {
            try await house.up()
            let demo = try await house.filmclub("demo")
            #expect(demo.status == 0, "\(demo.output)")
            let healthy = try await house.filmclub("doctor")
            #expect(healthy.status == 0, "\(healthy.output)")
            for word in ["database streaming: PostgreSQL", "service cart: It is ready", "keys: The services take"] {
                #expect(healthy.output.contains(word), "\(healthy.output)")
            }
            #expect(healthy.output.contains("It is the embedded one") == (broker == .embedded), "\(healthy.output)")

            let token = try await house.token("selector,purchaser")
            try house.signal("streaming", SIGSTOP)
            let order = try await house.placeOrder(token: token)
            #expect(try await house.state(ofOrder: order, token: token) == "confirmed")
            let sick = try await house.filmclub("doctor")
            #expect(sick.status == 1, "\(sick.output)")
            #expect(sick.output.contains("broken  service streaming: It does not answer"), "\(sick.output)")
            #expect(sick.output.contains("One thing is broken."), "\(sick.output)")
            try house.signal("streaming", SIGKILL)
            // Ctrl-C: every process ends in good order, but for the one that was killed.
            _ = try await house.down()

            try await house.up()
            let later = try await house.token("selector,purchaser")
            try await house.wait(for: "the order is fulfilled") {
                try await house.state(ofOrder: order, token: later) == "fulfilled"
            }
            let trace = try await house.filmclub("trace", order)
            #expect(trace.status == 0, "\(trace.output)")
            for hop in ["OrderPlaced", "OrderConfirmed", "EntitlementsGranted", "OrderFulfilled", "CartClosed"] {
                #expect(trace.output.contains(hop), "\(trace.output)")
            }
            #expect(try await house.down() == 0)
        } catch {
            await house.remove()
            throw error
        }
        await house.remove()
    }
}
