internal import FoundationEssentials
internal import JOSE
internal import JSON

/// Where a page of a list ended: behind the thing with this id, in the list that was asked for. Opaque to clients, and
/// refused in any other list: base64url of a version, the id, and the first bytes of a digest of both and the list.
enum PageCursor {
    private static let version: UInt8 = 1
    private static let idBytes = 16
    private static let checkBytes = 8

    /// - Parameter list: whatever decides what stands in the list.
    static func text(behind id: UUID, of list: [String?]) -> String {
        let bytes = bytes(of: id)
        return Base64URL.encode([version] + bytes + check(bytes, list))
    }

    /// Nil for anything that `text` would not have written for this list.
    static func id(_ text: String, of list: [String?]) -> UUID? {
        guard let bytes = Base64URL.decode(text), bytes.count == 1 + idBytes + checkBytes, bytes[0] == version else {
            return nil
        }
        let id = Array(bytes[1...idBytes])
        guard check(id, list) == Array(bytes[(1 + idBytes)...]) else { return nil }
        return UUID(
            uuid: (
                id[0], id[1], id[2], id[3], id[4], id[5], id[6], id[7], id[8], id[9], id[10], id[11], id[12], id[13],
                id[14], id[15]
            ))
    }

    private static func bytes(of id: UUID) -> [UInt8] {
        let bytes = id.uuid
        return [
            bytes.0, bytes.1, bytes.2, bytes.3, bytes.4, bytes.5, bytes.6, bytes.7, bytes.8, bytes.9, bytes.10,
            bytes.11, bytes.12, bytes.13, bytes.14, bytes.15,
        ]
    }

    private static func check(_ id: [UInt8], _ list: [String?]) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginArray()
        for part in list { if let part { writer.string(part) } else { writer.null() } }
        writer.endArray()
        return Array(Hashing.sha256([version] + id + writer.bytes).prefix(checkBytes))
    }
}
