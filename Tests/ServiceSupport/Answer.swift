public import HTTPClient
public import HTTPServer
public import JSON

/// What a service answered.
public struct Answer: Sendable {
    static let bytesMax = 16 * 1_024 * 1_024

    public let status: Int
    public let headers: ClientHeaders
    public let bytes: [UInt8]

    init(_ response: ClientResponse) {
        (status, headers, bytes) = (response.status, response.headers, response.body)
    }

    /// As a router gives it, without a socket.
    public init(_ response: Response) {
        let bytes: [UInt8] = if case .bytes(let bytes) = response.body { bytes } else { [] }
        (status, headers, self.bytes) = (response.status, ClientHeaders(response.headers.fields), bytes)
    }

    public var text: String { String(decoding: bytes, as: UTF8.self) }

    /// The body; null where it is no JSON.
    public var json: JSONValue { (try? JSON.parse(bytes, limits: JSONLimits(bytesMax: Self.bytesMax))) ?? .null }

    /// The end of the problem's type (RFC 9457); nil where this is none.
    public var problem: String? {
        guard headers["Content-Type"] == "application/problem+json", json["status"] == .integer(Int64(status)) else {
            return nil
        }
        return json["type"]?.stringValue.map { String($0.dropFirst(Problem.typePrefix.utf8.count)) }
    }

    /// The member `name` of every entry of the list `list`.
    public func texts(_ list: String, _ name: String) -> [String] {
        json[list]?.arrayValue?.compactMap { $0[name]?.stringValue } ?? []
    }
}
