import Reactor
import ServiceTestSupport
import TestSupport
import Testing

@testable import CatalogService

@Suite("Pages in memory")
struct PageCacheTests {
    private let clock = Lock(ContinuousClock.now)
    private let cache: PageCache
    private let page = Page(id: "id", version: 1, document: Array("{}".utf8))

    init() {
        let clock = clock
        cache = PageCache(now: { clock.withLock { $0 } })
    }

    private func confirm(_ revision: Int64) { cache.confirm(revision: revision, asked: clock.withLock { $0 }) }
    private func keep(readIn era: PageCache.Era) { cache.keep(page, .films, id: "id", slug: "slug", readIn: era) }
    private var found: Bool { cache.page(.films, "id") != nil && cache.page(.films, "slug") != nil }

    @Test("A page is found under both its names while the revision stays")
    func kept() {
        confirm(1)
        keep(readIn: cache.era)
        #expect(found)
        #expect(cache.page(.programmes, "id") == nil)
        confirm(1)
        #expect(found)
        confirm(2)
        #expect(!found)
    }

    @Test("Nothing is kept or handed out before the revision is known, or when it was confirmed too long ago")
    func unconfirmed() {
        keep(readIn: cache.era)
        #expect(!found)
        confirm(1)
        #expect(!found)
        keep(readIn: cache.era)
        clock.withLock { $0 += PageCache.confirmationMax }
        #expect(!found)
        confirm(1)
        #expect(found)
        cache.invalidate()
        #expect(!found)
        confirm(1)
        #expect(!found)
    }

    @Test("What was read before a change is not kept after it")
    func lateReader() {
        confirm(1)
        let era = cache.era
        confirm(2)
        keep(readIn: era)
        #expect(!found)
        let second = cache.era
        cache.invalidate()
        confirm(2)
        keep(readIn: second)
        #expect(!found)
    }

    @Test("Memory is bounded, whatever is asked for")
    func bounded() {
        confirm(1)
        let big = Page(id: "id", version: 1, document: [UInt8](repeating: 0x20, count: 1 << 20))
        for number in 0..<100 {
            cache.keep(big, .films, id: "id-\(number)", slug: "slug-\(number)", readIn: cache.era)
        }
        let kept = (0..<100).filter { cache.page(.films, "id-\($0)") != nil }
        #expect(!kept.isEmpty)
        #expect(kept.count <= Int(PageCache.bytesMax >> 20))
    }
}
