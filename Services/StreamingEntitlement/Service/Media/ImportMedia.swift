internal import FilmClubModel
internal import JSON
internal import Messaging
internal import Postgres
internal import ServiceShell
internal import StreamingEntitlementDomain

/// Imports which media films play: all of a document or none of it, and only what can be played with English subtitles.
/// Said twice it changes nothing the second time.
struct ImportMedia: Sendable {
    let pool: PostgresPool
    let library: AssetLibrary

    /// The document cannot be imported; nothing was.
    struct Refused: Error {
        /// At least one.
        let faults: [MediaFault]
    }

    /// - Parameter isDryRun: says what would change and changes nothing.
    func callAsFunction(_ draft: MediaDraft, isDryRun: Bool, by call: OperatorCall) async throws -> ImportCounts {
        let examined = try await examine(draft)
        let report = try await pool.withTransaction { transaction in
            let rows = try await transaction.unit([
                "/* oneImportAtATime */ SELECT pg_advisory_xact_lock(hashtextextended('streaming.imports', 0))",
                "/* selectMedia */ SELECT film_id, asset FROM media WHERE film_id = ANY(\(draft.media.map(\.filmId)))",
            ])
            var stored: [FilmID: String] = [:]
            for row in rows[1] { stored[try row.get("film_id")] = try row.get("asset", as: String.self) }
            let news = draft.media.filter { stored[$0.filmId] != $0.asset.text }
            let created = news.count { stored[$0.filmId] == nil }
            let counts = ImportCounts(
                created: created, changed: news.count - created, unchanged: draft.media.count - news.count)
            if !isDryRun {
                let writing = news.isEmpty ? [] : [Self.write(news)]
                _ = try await transaction.unit(writing + [call.granted(["media": counts.value])])
            }
            return counts
        }
        if !isDryRun {
            for (path, asset) in examined { await library.keep(asset, as: path) }
        }
        return report
    }

    private static func write(_ news: [MediaMapping]) -> SQL {
        """
        /* writeMedia */
        INSERT INTO media (film_id, asset)
        SELECT * FROM unnest(\(news.map(\.filmId)), \(news.map(\.asset)))
        ON CONFLICT (film_id) DO UPDATE SET asset = EXCLUDED.asset, changed_at = clock_timestamp()
        """
    }

    /// Every asset that is named, once, at its first mapping.
    private func examine(_ draft: MediaDraft) async throws(Refused) -> [AssetPath: LoadedAsset] {
        var examined: [AssetPath: LoadedAsset] = [:]
        var seen: Set<Slug> = []
        var faults: [MediaFault] = []
        for (index, mapping) in draft.media.enumerated() where seen.insert(mapping.asset).inserted {
            guard faults.count < ImportDocument.problemsMax else { break }
            do throws(AssetError) {
                guard let path = AssetPath(mapping.asset.text) else {
                    throw AssetError(file: AssetManifest.fileName, reason: "the asset's name is no folder's name")
                }
                examined[path] = try await library.examine(path)
            } catch {
                faults.append(draft.fault(of: error, in: mapping.asset, at: index))
            }
        }
        guard faults.isEmpty else { throw Refused(faults: faults) }
        return examined
    }
}

/// The media of an import document, and where in its text they stand. What it holds for other services is theirs.
struct MediaDraft: Sendable {
    let media: [MediaMapping]
    private let nodes: [JSONNode]

    /// Throws what the reader found, or `ImportMedia.Refused`.
    init(_ bytes: [UInt8], bytesMax: Int) throws {
        let root = try JSONDocument(parsing: bytes, limits: JSONLimits(bytesMax: bytesMax)).root
        let document = try root.decode(ImportDocument.self, userInfo: ImportDocument.decoderInfo)
        media = document.media
        nodes = root["media"]?.elements ?? []
        let mappings = nodes
        let faults = document.problems().map { problem in
            let index = Self.index(in: problem.path)
            let node = index.flatMap { mappings.indices.contains($0) ? mappings[$0] : nil } ?? root
            return MediaFault(path: problem.path, line: node.line, column: node.column, message: problem.sentence)
        }
        guard faults.isEmpty else { throw ImportMedia.Refused(faults: faults) }
    }

    /// The 3 of `media[3].filmId`; nil for another list's path.
    private static func index(in path: String) -> Int? {
        let parts = path.split(whereSeparator: { "[]".contains($0) })
        return parts.first == "media" && parts.count > 1 ? Int(parts[1]) : nil
    }

    func fault(of error: AssetError, in asset: Slug, at index: Int) -> MediaFault {
        let node = nodes[index]["asset"] ?? nodes[index]
        return MediaFault(
            path: "media[\(index)].asset", line: node.line, column: node.column,
            message: "The asset \(asset) cannot be played. \(asset)/\(error)", file: "\(asset)/\(error.file)",
            fileLine: error.line)
    }
}

/// One thing that is wrong with an import document or with an asset that it names, and where.
struct MediaFault: Sendable {
    /// `media[3].asset`.
    let path: String
    /// In the document.
    let line: Int
    let column: Int
    let message: String
    /// Below the root of all media; nil where the document itself is at fault.
    var file: String?
    var fileLine: Int?
}
