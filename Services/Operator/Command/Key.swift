internal import JOSE
internal import JSON

/// Makes a signing key for development.
struct Key: Subcommand {
    static let name = "key"
    static let summary = "Make a development signing key, unless it is there."
    static let usage = "key --private FILE --public FILE"

    private let privateFile: String
    private let publicFile: String

    init(_ options: Options) throws(UsageError) {
        privateFile = try options.required("--private", usage: Self.usage)
        publicFile = try options.required("--public", usage: Self.usage)
    }

    func run(_ context: CommandContext) async throws {
        let key: SigningKey
        if OutputFile.exists(privateFile) {
            key = try SigningKey(privateJWK: OutputFile.read(privateFile, bytesMax: 1 << 16))
        } else {
            key = try SigningKey.generateES256()
            try OutputFile.replace(
                privateFile, with: String(decoding: key.privateJWK(), as: UTF8.self), permissions: 0o600)
        }
        let set = JSONValue.object(["keys": .array([.object(try key.publicJWK())])])
        try OutputFile.replace(publicFile, with: String(decoding: JSON.encode(set), as: UTF8.self))
    }
}
