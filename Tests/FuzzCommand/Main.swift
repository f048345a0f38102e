import Fuzzing
import Glibc

/// The long form: `fuzz --inputs N [--seed S] [--target NAME] [--last-input FILE]`. One line a target; ends with 1 at the
/// first broken promise. A trap leaves the input that did it in the file. `fuzz --list` names the targets; built with
/// `-sanitize=fuzzer -DCOVERAGE`, `fuzz --coverage NAME …` hands one over to libFuzzer with the arguments behind it.
@main
struct FuzzCommand {
    static func main() {
        let arguments = Array(CommandLine.arguments.dropFirst())
        switch arguments.first {
        case "--list": for target in FuzzTarget.all { print(target.name) }
        case "--coverage": Coverage.run(Array(arguments.dropFirst()))
        default: run(Options(arguments[...]))
        }
    }

    private static func run(_ options: Options) {
        let targets = FuzzTarget.all.filter { options.target == nil || $0.name == options.target }
        guard options.inputs > 0, !targets.isEmpty else {
            print("Usage: fuzz --inputs N [--seed S] [--target NAME] [--last-input FILE]")
            exit(64)
        }
        let shares = targets.map(\.share).reduce(0, +)
        print("seed \(options.seed)")
        var total = 0
        for target in targets {
            // Rounded up, so that all together are at least as many as were asked for.
            let inputs = (options.inputs * target.share + shares - 1) / shares
            let begin = ContinuousClock.now
            var run = FuzzRun(target, seed: options.seed)
            do {
                try run.run(inputs) { options.lastInput?.keep($0, of: target.name) }
            } catch {
                print("\(error)")
                exit(1)
            }
            total += inputs
            let seconds = (ContinuousClock.now - begin).components.seconds
            print(
                "\(target.name): \(inputs) inputs, \(run.accepted) accepted, \(run.outcomes.count) outcomes, \(seconds) s"
            )
            fflush(nil)
        }
        print("\(total) inputs in all, no promise broken")
    }
}

private struct Options {
    var inputs = 0
    var seed = UInt64.random(in: .min ... .max)
    var target: String?
    var lastInput: LastInput?

    init(_ arguments: ArraySlice<String>) {
        var rest = arguments
        while let name = rest.popFirst(), let value = rest.popFirst() {
            switch name {
            case "--inputs": inputs = Int(value) ?? 0
            case "--seed": seed = UInt64(value) ?? seed
            case "--target": target = value
            case "--last-input": lastInput = LastInput(path: value)
            default: inputs = 0
            }
        }
    }
}
