/// A state that is published whole, and counts its changes.
public protocol Versioned {
    var version: Int64 { get set }
}

extension Array where Element: Versioned {
    /// One of each, the newest, in the order of their ids: whoever locks rows in the same order never waits in a circle.
    public func newest<Tag>(_ id: (Element) -> Identifier<Tag>) -> [Element] {
        Dictionary(map { (id($0), $0) }) { $0.version < $1.version ? $1 : $0 }.sorted { $0.key < $1.key }.map(\.value)
    }
}
