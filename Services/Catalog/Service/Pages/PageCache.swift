internal import ServiceShell

/// Pages in this process's memory, each under its id and its slug.
///
/// They are true as of one revision of the catalog. Only while that revision was confirmed not long ago are they handed
/// out, so that a page is never older than `confirmationMax` whatever becomes of the one who confirms.
final class PageCache: Sendable {
    /// Past it the cache begins anew.
    static let bytesMax: Int64 = 8 * 1_024 * 1_024
    /// What a page costs beside its document.
    static let pageOverheadBytes: Int64 = 1_024
    /// A page may be this much behind what another process has imported.
    static let confirmationMax: Duration = .seconds(5)

    private struct State {
        var pages: [String: Page] = [:]
        var bytes: Int64 = 0
        var revision: Int64 = 0
        var confirmedUntil: ContinuousClock.Instant?
        /// Rises whenever the pages are thrown away.
        var era: UInt64 = 0

        mutating func forget() {
            pages = [:]
            bytes = 0
            era += 1
        }
    }

    /// What a reader holds while it reads, so that what it has read cannot outlive its time.
    struct Era: Sendable { fileprivate let number: UInt64 }

    private let state = Lock(State())
    private let now: @Sendable () -> ContinuousClock.Instant

    init(now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }) { self.now = now }

    func page(_ table: CatalogTable, _ name: String) -> Page? {
        state.withLock { state in
            guard let until = state.confirmedUntil, let page = state.pages[table.key(name)], now() < until else {
                return nil
            }
            return page
        }
    }

    /// To be asked for before the database is read.
    var era: Era { state.withLock { Era(number: $0.era) } }

    /// Keeps a page that was read in `era`, unless the catalog has changed since.
    func keep(_ page: Page, _ table: CatalogTable, id: String, slug: String, readIn era: Era) {
        state.withLock { state in
            guard state.era == era.number, state.confirmedUntil != nil else { return }
            let bytes = page.bytes + Self.pageOverheadBytes
            if state.bytes + bytes > Self.bytesMax { state.forget() }
            state.pages[table.key(id)] = page
            state.pages[table.key(slug)] = page
            state.bytes += bytes
        }
    }

    /// The catalog is at `revision`, as of `asked`. Another one than before makes every page old.
    func confirm(revision: Int64, asked: ContinuousClock.Instant) {
        state.withLock { state in
            if state.revision != revision { state.forget() }
            state.revision = revision
            state.confirmedUntil = asked + Self.confirmationMax
        }
    }

    /// Something was imported: nothing is handed out until the new revision is known.
    func invalidate() {
        state.withLock { state in
            state.forget()
            state.confirmedUntil = nil
        }
    }
}
