internal import Reactor

/// A client's eventfd on its loop. One that is dropped without `cancel` (its owner was not closed) is cancelled on
/// the loop's thread, before the client closes the eventfd.
///
/// Not an `isolated deinit` of the owner: with a public actor's, Swift 6.3 compiles no importing module in release
/// mode ("circular reference").
final class ClientWatch {
    private let client: Client
    private let loop: EventLoop
    private var watch: Watch?

    /// Calls `body` when the client has something to tell. Loop's thread.
    init(_ client: Client, on loop: EventLoop, _ body: @escaping () -> Void) throws(KafkaError) {
        self.client = client
        self.loop = loop
        do throws(ReactorError) {
            watch = try loop.watch(client.wakeUp, for: .read) { _ in body() }
        } catch {
            throw KafkaError(.failed, retriable: true, error.description)
        }
    }

    func cancel() {
        watch?.cancel()
        watch = nil
    }

    deinit {
        guard let watch else { return }
        let orphan = Orphan(watch: watch, client: client)
        loop.execute { orphan.watch.cancel() }
    }

    /// `@unchecked Sendable`: the last references, on their way to the loop's thread, where a watch belongs.
    private struct Orphan: @unchecked Sendable {
        let watch: Watch
        let client: Client
    }
}
