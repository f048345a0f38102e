internal import CLinux
internal import Glibc

extension EventLoop {
    /// Blocks `signals` in this thread and in all that it starts from now on. Call it before any other thread
    /// exists (C libraries start their own), or a signal may end the process there.
    public static func block(signals: [Int32]) throws(ReactorError) {
        var set = signalSet(signals)
        let result = unsafe pthread_sigmask(SIG_BLOCK, &set, nil)
        guard result == 0 else { throw ReactorError(operation: "pthread_sigmask", errno: result) }
    }

    /// Calls `body` with each of `signals` that arrives (they must be blocked: see `block(signals:)`).
    /// Loop's thread.
    public func onSignals(_ signals: [Int32], _ body: @escaping (Int32) -> Void) throws(ReactorError) -> Watch {
        var set = signalSet(signals)
        let descriptor = unsafe signalfd(-1, &set, Int32(SFD_CLOEXEC | SFD_NONBLOCK))
        guard descriptor >= 0 else { throw ReactorError(operation: "signalfd", errno: cl_errno()) }
        return try watch(descriptor, for: .read, closesDescriptor: true) { _ in
            var info = signalfd_siginfo()
            while unsafe read(descriptor, &info, MemoryLayout<signalfd_siginfo>.size)
                == MemoryLayout<signalfd_siginfo>.size
            {
                body(Int32(info.ssi_signo))
            }
        }
    }
}

private func signalSet(_ signals: [Int32]) -> sigset_t {
    var set = sigset_t()
    unsafe sigemptyset(&set)
    for signal in signals { unsafe sigaddset(&set, signal) }
    return set
}
