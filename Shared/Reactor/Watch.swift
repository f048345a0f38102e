internal import CLinux
internal import Glibc

/// What a watch waits for.
public struct Interest: OptionSet, Sendable {
    public let rawValue: UInt8
    public init(rawValue: UInt8) { self.rawValue = rawValue }
    public static let read = Interest(rawValue: 1)
    public static let write = Interest(rawValue: 2)
    /// The other end has closed its side, whether or not what it sent before was read. Reported as a hang-up.
    public static let departure = Interest(rawValue: 4)

    var epollEvents: UInt32 {
        (contains(.read) ? EPOLLIN.rawValue : 0) | (contains(.write) ? EPOLLOUT.rawValue : 0)
            | (contains(.departure) ? EPOLLRDHUP.rawValue : 0)
    }
}

/// What a descriptor is ready for. `hangup` covers errors too: the next read or write tells which.
public struct Readiness: OptionSet, Sendable {
    public let rawValue: UInt8
    public init(rawValue: UInt8) { self.rawValue = rawValue }
    public static let read = Readiness(rawValue: 1)
    public static let write = Readiness(rawValue: 2)
    public static let hangup = Readiness(rawValue: 4)

    init(epollEvents events: UInt32) {
        var readiness: Readiness = []
        if events & EPOLLIN.rawValue != 0 { readiness.insert(.read) }
        if events & EPOLLOUT.rawValue != 0 { readiness.insert(.write) }
        if events & (EPOLLHUP.rawValue | EPOLLERR.rawValue | EPOLLRDHUP.rawValue) != 0 { readiness.insert(.hangup) }
        self = readiness
    }
}

/// A descriptor's registration with its loop. Belongs to the loop's thread.
public final class Watch {
    let descriptor: Int32
    let token: UInt64
    let body: (Readiness) -> Void
    private let closesDescriptor: Bool
    private unowned let loop: EventLoop
    private var registered = false
    private var cancelled = false

    init(
        loop: EventLoop, descriptor: Int32, closesDescriptor: Bool, token: UInt64,
        body: @escaping (Readiness) -> Void
    ) {
        self.loop = loop
        self.closesDescriptor = closesDescriptor
        self.descriptor = descriptor
        self.token = token
        self.body = body
    }

    /// Waits for something else from now on. An empty interest takes the descriptor out of epoll altogether: a
    /// registered one would go on reporting hang-ups without end.
    public func change(to interest: Interest) throws(ReactorError) {
        precondition(!cancelled, "a cancelled watch was changed")
        switch (registered, interest.isEmpty) {
        case (false, false): try loop.control(EPOLL_CTL_ADD, self, interest)
        case (true, false): try loop.control(EPOLL_CTL_MOD, self, interest)
        case (true, true): try loop.control(EPOLL_CTL_DEL, self, interest)
        case (false, true): break
        }
        registered = !interest.isEmpty
    }

    /// Ends the watch; nothing is called after this. Call it before the descriptor is closed; twice is fine.
    public func cancel() {
        guard !cancelled else { return }
        if registered {
            // A descriptor that was closed too early has left epoll by itself: nothing is left to undo. (libpq closes its
            // own when the server goes away.) Its number may be another thread's by now, of something that epoll does
            // not know or does not take.
            do { try loop.control(EPOLL_CTL_DEL, self, []) } catch {
                assert([EBADF, ENOENT, EPERM].contains(error.errno), "\(error)")
            }
        }
        cancelled = true
        if closesDescriptor { close(descriptor) }
        loop.forget(self)
    }
}
