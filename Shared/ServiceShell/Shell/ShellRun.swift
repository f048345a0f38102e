internal import Reactor

/// One run of a process, from start to exit code. Apart from `Shell.main`, which owns the thread, so that tests run
/// it in their own process.
actor ShellRun {
    nonisolated let loop: EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    private let context: ShellContext
    private let lifecycle: Lifecycle
    private let stopWithin: Duration
    private let addressFile: String?
    private let onStop: @Sendable () -> Void

    enum Ending: Sendable, Equatable {
        case clean
        /// One whole sentence for standard error; exit code 1.
        case failed(String)
        /// The same; exit code 78.
        case misconfigured(String)
    }

    /// - Parameter onStop: called when the stop begins.
    init(
        _ context: ShellContext, stopWithin: Duration, addressFile: String? = nil,
        onStop: @escaping @Sendable () -> Void = {}
    ) {
        self.onStop = onStop
        self.context = context
        self.stopWithin = stopWithin
        self.addressFile = addressFile
        loop = context.loop
        lifecycle = Lifecycle(on: context.loop, log: context.log)
    }

    /// - Parameter first: started before `build` is called, and stopped last: the operations' listener, so that a
    ///   long start can be watched.
    func run(
        first: [any ShellService], build: @escaping @Sendable (ShellContext) async throws -> [any ShellService]
    ) async -> Ending {
        let begin = ContinuousClock.now
        context.log.info("process.starting", ["version": .text(Shell.version)])
        let start = Task {
            do {
                try await self.lifecycle.start(first)
                let services = try await build(self.context)
                try await self.lifecycle.start(services)
                try self.writeAddresses()
                self.context.health.markStarted()
                self.context.log.info("process.started", [.duration: .milliseconds(ContinuousClock.now - begin)])
            } catch is CancellationError {
                // Only `stop` cancels: the reason has been posted already.
            } catch let error as ConfigurationError {
                self.context.stopRequests.post(.misconfigured(error.description))
            } catch {
                self.context.stopRequests.post(.failure("\(self.context.name) could not start: \(error)"))
            }
        }
        var requests = context.stopRequests.stream.makeAsyncIterator()
        let request = await requests.next()
        return await stop(request, starting: start)
    }

    private func stop(_ request: StopRequest?, starting: Task<Void, Never>) async -> Ending {
        onStop()
        context.health.markStopping()
        var ending = Ending.clean
        switch request {
        case .signal(let number): context.log.info("process.stopping", ["signal": .integer(Int64(number))])
        case .failure(let sentence):
            ending = .failed(sentence)
            context.log.error("process.failed", [.error: .text(sentence)])
        case .misconfigured(let sentence):
            ending = .misconfigured(sentence)
            context.log.error("process.misconfigured", [.error: .text(sentence)])
        case nil: break
        }
        let begin = ContinuousClock.now
        switch await lifecycle.stop(within: stopWithin, starting: starting) {
        case .clean: break
        case .abandoned(let names):
            if ending == .clean {
                ending = .failed("\(context.name) ended without \(names.joined(separator: ", ")), which did not stop.")
            }
        }
        context.log.info("process.stopped", [.duration: .milliseconds(ContinuousClock.now - begin)])
        return ending
    }

    private func writeAddresses() throws(FileFailure) {
        if let addressFile { try SmallFile.replace(addressFile, with: context.addresses.text) }
    }
}
