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

        /// Set once, before libFuzzer begins; it has one thread.
        fileprivate nonisolated(unsafe) static var target = FuzzTarget.all[0]

        static func run(_ arguments: [String]) -> Never {
            guard let found = FuzzTarget.all.first(where: { $0.name == arguments.first }) else { exit(64) }
            target = found
            var count = CInt(arguments.count)
            var pointers = arguments.map { strdup($0) } + [nil]
            let status = pointers.withUnsafeMutableBufferPointer { buffer in
                buffer.baseAddress.map { base in
                    var base = base
                    return drive(&count, &base, readOne)
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

#if COVERAGE
    /// One input. libFuzzer's own `main`, which is linked in and never runs, wants it under this name.
    @_cdecl("LLVMFuzzerTestOneInput")
    func readOne(_ bytes: UnsafePointer<UInt8>?, _ length: Int) -> CInt {
        do {
            _ = try Coverage.target.check(input: Array(UnsafeBufferPointer(start: bytes, count: length)))
            return 0
        } catch {
            print("\(Coverage.target.name): \(error)")
            fflush(nil)
            abort()
        }
    }
#endif
