/// The query of a request, decoded as a form (WHATWG URL §5.1): `+` is a space.
public struct Query: Sendable, Equatable {
    public private(set) var parameters: [(name: String, value: String)] = []

    static let parametersMax = 64

    /// Whether there may be more parameters than are read, seen without reading them.
    static func isTooLong(_ rawTarget: String) -> Bool {
        guard rawTarget.utf8.count > parametersMax else { return false }
        return rawTarget.utf8.count(where: { $0 == ASCII.ampersand }) > parametersMax
    }

    static let tooMany = RequestTarget.Malformed(reason: "The query has more than \(parametersMax) parameters.")

    init() {}

    init(_ raw: String) throws(RequestTarget.Malformed) {
        for pair in Array(raw.utf8).split(separator: ASCII.ampersand) {
            guard parameters.count < Self.parametersMax else { throw Self.tooMany }
            let name = pair.prefix { $0 != ASCII.equals }
            parameters.append((try Self.text(name), try Self.text(pair[name.endIndex...].dropFirst())))
        }
    }

    /// The first value of a parameter; nil where it is not given.
    public func first(_ name: String) -> String? { parameters.first { $0.name == name }?.value }

    /// Every value of a parameter, in order.
    public func all(_ name: String) -> [String] { parameters.filter { $0.name == name }.map(\.value) }

    private static func text(_ encoded: ArraySlice<UInt8>) throws(RequestTarget.Malformed) -> String {
        guard let decoded = PercentEncoding.decode(encoded, plusIsSpace: true) else {
            throw RequestTarget.Malformed(reason: "The query has a malformed percent escape.")
        }
        guard let text = PercentEncoding.text(decoded) else {
            throw RequestTarget.Malformed(reason: "The query has an encoded control character or is not UTF-8.")
        }
        return text
    }

    public static func == (left: Query, right: Query) -> Bool {
        left.parameters.elementsEqual(right.parameters) { $0 == $1 }
    }
}
