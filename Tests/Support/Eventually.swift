/// Waits until something is so, looking often; throws after a time that only bounds a hang.
public func eventually(_ what: String, _ isSo: () async throws -> Bool) async throws {
    let deadline = ContinuousClock.now + .seconds(180)
    while try await !isSo() {
        guard ContinuousClock.now < deadline else { throw NeverCame(what: what) }
        try await Task.sleep(for: .milliseconds(2))
    }
}

/// What was waited for did not come.
public struct NeverCame: Error, CustomStringConvertible {
    public let what: String

    public init(what: String) { self.what = what }

    public var description: String { "it did not come: \(what)" }
}
