internal import JSON

/// The import document cannot be imported; nothing of it was.
struct ImportRefused: Error, Sendable {
    enum Reason: Sendable {
        /// Not JSON.
        case malformed
        case tooLarge
        /// JSON, but something in it can't be.
        case invalid
    }

    let reason: Reason
    /// At least one.
    let faults: [ImportFault]

    init(reason: Reason, faults: [ImportFault]) {
        self.reason = reason
        self.faults = faults
    }

    init(_ error: JSONError) {
        let reason: Reason =
            switch error.kind {
            case .tooLarge: .tooLarge
            case .missingKey, .wrongType, .invalidValue, .numberOutOfRange: .invalid
            default: .malformed
            }
        self.init(reason: reason, faults: [ImportFault(error)])
    }
}

/// One thing that is wrong with an import document, and where.
struct ImportFault: Hashable, Sendable {
    /// `films[3].awards[0].body`; empty for the whole document.
    let path: String
    let line: Int
    let column: Int
    let message: String

    init(_ error: JSONError) {
        path = error.path
        line = error.line
        column = error.column
        message = error.message
    }

    init(path: String, message: String, at node: JSONNode) {
        self.path = path
        line = node.line
        column = node.column
        self.message = message
    }
}
