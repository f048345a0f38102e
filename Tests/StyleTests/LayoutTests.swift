import Glibc
import Testing

@Suite("What lies where")
struct LayoutTests {
    @Test("The top level is exactly what the design says")
    func topLevel() {
        #expect(Self.surplus(at: SourceTree.names(in: "")).isEmpty)
        #expect(Self.surplus(at: ["Package.swift", "README.md", "Services", "Shared", "Tests", "deploy"]).isEmpty)
        #expect(Self.surplus(at: [".git", ".ci", "Package.resolved"]).contains("Package.resolved"))
        #expect(Self.surplus(at: ["Package.swift", "Services", "Shared", "Tests", "deploy"]) == ["README.md"])
    }

    /// What is there and should not be, and what should be and is not. Dotfiles are free.
    private static func surplus(at names: [String]) -> Set<String> {
        Set(names.filter { !$0.hasPrefix(".") })
            .symmetricDifference(["Package.swift", "README.md", "Services", "Shared", "Tests", "deploy"])
    }

    @Test("A service is its domain, its service and its main")
    func services() {
        for service in ["Catalog", "Cart", "Checkout", "StreamingEntitlement"] {
            #expect(Set(SourceTree.names(in: "Services/\(service)")) == ["Domain", "Main", "Service"], "\(service)")
        }
    }

    @Test("Every script is bash that parses, stops at the first failure and leaves nothing to be done")
    func scripts() {
        #expect(SourceTree.scripts.count >= 5)
        for path in SourceTree.scripts {
            let text = SourceTree.text(path)
            #expect(Self.parses(["-n", "\(SourceTree.root)/\(path)"]), "\(path) does not parse")
            // lib.sh is sourced by those that say it.
            #expect(path.hasSuffix(".sh") || text.contains("\nset -euo pipefail\n"), "\(path)")
            for mark in Rule.leftToDo { #expect(!text[...].hasWord(mark), "\(path) says \(mark)") }
        }
        #expect(!Self.parses(["-c", "exec bash -n -c 'if true; then echo; done' 2>/dev/null"]))
    }

    /// Whether `bash` with these arguments ends with 0.
    private static func parses(_ arguments: [String]) -> Bool {
        var pointers = (["bash"] + arguments).map { strdup($0) } + [nil]
        defer { for pointer in pointers { free(pointer) } }
        var environment: [UnsafeMutablePointer<CChar>?] = [nil]
        var process: pid_t = 0
        guard posix_spawnp(&process, "bash", nil, nil, &pointers, &environment) == 0 else { return false }
        var status: Int32 = 0
        return waitpid(process, &status, 0) == process && status == 0
    }
}
