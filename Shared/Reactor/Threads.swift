internal import CLinux
internal import Glibc

func currentThread() -> UInt { UInt(pthread_self()) }

/// Runs `body` on a new detached thread: for the loop itself, and for a C library's call that blocks and has
/// no other form (say why where you use it). Signals are left to the thread that asked for them.
public func startThread(name: String, _ body: @escaping @Sendable () -> Void) throws(ReactorError) {
    let box = unsafe Unmanaged.passRetained(ThreadBody(name: name, run: body))
    var thread = pthread_t()
    let result = unsafe pthread_create(
        &thread, nil,
        { argument in
            guard let argument = unsafe argument else { return nil }
            let body = unsafe Unmanaged<ThreadBody>.fromOpaque(argument).takeRetainedValue()
            unsafe cl_name_thread(body.name)
            body.run()
            return nil
        }, box.toOpaque())
    guard result == 0 else {
        unsafe box.release()
        throw ReactorError(operation: "pthread_create", errno: result)
    }
    pthread_detach(thread)
}

private final class ThreadBody: Sendable {
    let name: String
    let run: @Sendable () -> Void

    init(name: String, run: @escaping @Sendable () -> Void) {
        self.name = name
        self.run = run
    }
}
