internal import Glibc
internal import Reactor

/// What every service's `Main` starts.
///
///     @main struct Catalog {
///         static func main() {
///             Shell.main(name: "catalog", summary: "…", keys: CatalogKeys.all) { context in
///                 try await CatalogComposition(context).services()
///             }
///         }
///     }
public enum Shell {
    public static let version = "0.1.0"

    /// The settings could not be used (sysexits.h: EX_CONFIG).
    static let exitConfiguration: Int32 = 78
    private static let stopSignals = [SIGTERM, SIGINT]
    /// The kernel ends a process whose loop stands still this long after the deadline.
    private static let alarmGraceSeconds: UInt32 = 2

    /// Runs a service on the calling thread, which must be the process's first, until SIGTERM or SIGINT; never
    /// returns. Exit codes: 0 after a clean stop, 1 after a failure, 78 for settings that cannot be used.
    /// - Parameters:
    ///   - keys: the service's own settings, beside the shell's (`ShellKeys`).
    ///   - build: the composition root: makes the services, in the order in which they start.
    public static func main(
        name: String, summary: String, keys: [any AnyConfigurationKey],
        build: @escaping @Sendable (ShellContext) async throws -> [any ShellService]
    ) -> Never {
        // Before anything starts a thread: a signal goes to any thread that does not block it.
        signal(SIGPIPE, SIG_IGN)
        do {
            try EventLoop.block(signals: stopSignals)
            let configuration = settings(name: name, summary: summary, keys: keys + ShellKeys.all)
            let loop = try EventLoop(name: name)
            let sink = try LogWriter()
            let log = Log(to: sink, level: configuration[ShellKeys.logLevel], fields: ["service": .text(name)])
            let context = ShellContext(
                name: name, configuration: configuration, log: log, tracer: Tracer(configuration), loop: loop)
            raiseDescriptorLimit(log)
            sink.register(in: context.metrics)
            for warning in configuration.warnings { log.warning("settings.warning", ["warning": .text(warning)]) }
            let code = run(context, build: build)
            sink.flush()
            exit(code)
        } catch {
            end("\(name) could not start: \(error)", code: 1)
        }
    }

    private static func raiseDescriptorLimit(_ log: Log) {
        guard let (before, after) = DescriptorLimit.raise() else { return log.warning("process.descriptors.unknown") }
        log.info(
            "process.descriptors",
            ["before": .integer(Int64(clamping: before.soft)), "max": .integer(Int64(clamping: after.soft))])
    }

    private static func run(
        _ context: ShellContext, build: @escaping @Sendable (ShellContext) async throws -> [any ShellService]
    ) -> Int32 {
        let stopWithin = context.configuration[ShellKeys.stopWithin]
        let ending = Lock(ShellRun.Ending.clean)
        let loop = context.loop
        context.metrics.registerProcess()
        loop.execute {
            do {
                _ = try loop.onSignals(stopSignals) { number in
                    context.stopRequests.post(.signal(number))
                }
            } catch {
                context.fail("\(context.name) could not start: \(error)")
            }
        }
        Task(executorPreference: loop) {
            let run = ShellRun(
                context, stopWithin: stopWithin, addressFile: context.configuration[ShellKeys.addressFile],
                onStop: { alarm(UInt32(clamping: stopWithin.components.seconds) + alarmGraceSeconds) })
            var first: [any ShellService] = [HTTPService.ops(context)]
            // Stopped last, so that it sends what the others' last work leaves.
            if let exporter = SpanExporter(context) { first.insert(exporter, at: 0) }
            let result = await run.run(first: first, build: build)
            ending.withLock { $0 = result }
            loop.stop()
        }
        loop.run()
        switch ending.withLock({ $0 }) {
        case .clean: return 0
        case .failed(let sentence):
            writeError(sentence)
            return 1
        case .misconfigured(let sentence):
            writeError(sentence)
            return exitConfiguration
        }
    }

    /// The settings, or the end of the process: with what was asked for, or with everything that is wrong.
    private static func settings(
        name: String, summary: String, keys: [any AnyConfigurationKey]
    ) -> Configuration {
        do {
            let invocation = try Invocation(arguments: Array(CommandLine.arguments.dropFirst()))
            switch invocation {
            case .help: end(HelpText.make(name: programName, summary: summary, keys: keys))
            case .version: end("\(name) \(version)\n")
            case .run(let path): return try Configuration(keys: keys, environment: processEnvironment(), path: path)
            case .printConfiguration(let path):
                end(try Configuration(keys: keys, environment: processEnvironment(), path: path).description)
            }
        } catch {
            end("\(error)", code: exitConfiguration)
        }
    }

    private static var programName: String {
        CommandLine.arguments.first?.split(separator: "/").last.map(String.init) ?? "filmclub"
    }

    private static func end(_ text: String) -> Never {
        _ = SmallFile.writeFully(1, Array(text.utf8))
        exit(0)
    }

    private static func end(_ sentence: String, code: Int32) -> Never {
        writeError(sentence)
        exit(code)
    }

    private static func writeError(_ sentence: String) { _ = SmallFile.writeFully(2, Array("\(sentence)\n".utf8)) }
}
