public import Reactor

/// The event loop that the tests of this process share.
public enum TestLoop {
    public static let shared: EventLoop = {
        do {
            return try EventLoop.spawn(name: "tests")
        } catch {
            fatalError("the tests' event loop did not start: \(error)")
        }
    }()
}
