/// A row that another version of this service must have written.
public struct UnreadableRow: Error, CustomStringConvertible {
    public let description: String

    public init(_ description: String) { self.description = description }
}
