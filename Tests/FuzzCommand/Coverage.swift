import Fuzzing
import Glibc

/// One target under libFuzzer, which the toolchain brings: inputs that reach new code are kept and mutated.
enum Coverage {
    #if COVERAGE
        /// libFuzzer's own door for programs that have a `main` (FuzzerInterface.h).
        @_silgen_name("LLVMFuzzerRunDriver")
        private static func drive(
            _ count: UnsafeMutablePointer<CInt>,
            _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
            _ body: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
        ) -> CInt

        private nonisolated(unsafe) static var target = FuzzTarget.all[0]

        static func run(_ arguments: [String]) -> Never {
            guard let found = FuzzTarget.all.first(where: { $0.name == arguments.first }) else { exit(64) }
            target = found
            var count = CInt(arguments.count)
            var pointers = arguments.map { strdup($0) } + [nil]
            let status = pointers.withUnsafeMutableBufferPointer { buffer in
                buffer.baseAddress.map { base in
                    var base = base
                    return drive(&count, &base) { bytes, length in
                        let input = Array(UnsafeBufferPointer(start: bytes, count: length))
                        do {
                            _ = try Coverage.target.check(input: input)
                            return 0
                        } catch {
                            print("\(Coverage.target.name): \(error)")
                            fflush(nil)
                            abort()
                        }
                    }
                }
            }
            exit(status ?? 1)
        }
    #else
        static func run(_ arguments: [String]) -> Never {
            print("This fuzz was built without coverage; deploy/fuzz --coverage SECONDS builds one with it.")
            exit(64)
        }
    #endif
}
