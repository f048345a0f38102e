internal import Glibc

/// The process's environment. Read once, at the start, before any other thread could change it.
func processEnvironment() -> [String: String] {
    var result: [String: String] = [:]
    var next = environ
    while let pair = next.pointee {
        let text = String(cString: pair)
        if let equals = text.firstIndex(of: "=") {
            result[String(text[..<equals])] = String(text[text.index(after: equals)...])
        }
        next += 1
    }
    return result
}
