internal import JOSE

/// Makes a signing key for development.
struct Key: Subcommand {
    static let name = "key"
    static let summary = "Make a development signing key, unless it is there."
    static let usage = "key --private FILE --public FILE [--algorithm ES256|EdDSA] [--beside FILE]"

    private static let fileBytesMax = 1 << 16

    private let privateFile: String
    private let publicFile: String
    /// A key set whose keys are published, too: while a new key comes in, tokens of the old one are still about.
    private let besideFile: String?
    private let algorithm: Algorithm?

    init(_ options: Options) throws(UsageError) {
        privateFile = try options.required("--private", usage: Self.usage)
        publicFile = try options.required("--public", usage: Self.usage)
        besideFile = options["--beside"]
        algorithm = try options["--algorithm"].map { name throws(UsageError) in
            guard let algorithm = Algorithm(rawValue: name) else {
                let known = Algorithm.allCases.map(\.rawValue).joined(separator: " or ")
                throw UsageError("--algorithm is \(known), not \"\(name)\".")
            }
            return algorithm
        }
    }

    func run(_ context: CommandContext) async throws {
        let key: SigningKey
        if OutputFile.exists(privateFile) {
            key = try SigningKey(privateJWK: OutputFile.read(privateFile, bytesMax: Self.fileBytesMax))
            let own = key.verificationKey.algorithm
            guard algorithm ?? own == own else {
                throw UsageError("\(privateFile) holds a key for \(own.rawValue) already; name another file.")
            }
        } else {
            key = try SigningKey.generate(algorithm ?? .es256)
            try OutputFile.replace(
                privateFile, with: String(decoding: key.privateJWK(), as: UTF8.self), permissions: 0o600)
        }
        var published = [key.verificationKey]
        if let besideFile {
            let others = try JWKS(OutputFile.read(besideFile, bytesMax: Self.fileBytesMax))
            published += others.keys.filter { $0.keyID != key.keyID }
        }
        try OutputFile.replace(publicFile, with: String(decoding: try JWKS(published).json(), as: UTF8.self))
    }
}
