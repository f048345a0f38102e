import Testing

@testable import Postgres

@Suite struct StatementCacheTests {
    @Test("A statement is prepared once, whatever its values")
    func once() {
        var cache = StatementCache(max: 10)
        #expect(cache.use("SELECT \(1)") == .new("s1"))
        #expect(cache.use("SELECT \(2)") == .prepared("s1"))
        #expect(cache.use("SELECT \(1) + 1") == .new("s2"))
    }

    @Test("The same text with values of another type is another statement")
    func types() {
        var cache = StatementCache(max: 10)
        #expect(cache.use("SELECT \(1)") == .new("s1"))
        #expect(cache.use("SELECT \("1")") == .new("s2"))
        #expect(cache.takeDiscarded() == ["s1"])
        #expect(cache.takeDiscarded() == [])
    }

    @Test("When it is full, what was unused for longest leaves, to be deallocated")
    func leastRecentlyUsed() {
        var cache = StatementCache(max: 2)
        _ = cache.use("A")
        _ = cache.use("B")
        _ = cache.use("A")
        #expect(cache.use("C") == .new("s3"))
        #expect(cache.takeDiscarded() == ["s2"])
        #expect(cache.use("A") == .prepared("s1"))
    }

    @Test("A failed prepare is forgotten and never deallocated; one that was replaced since stays")
    func forgets() {
        var cache = StatementCache(max: 10)
        _ = cache.use("A")
        cache.forget("A", name: "s1")
        #expect(cache.discarded == [])
        #expect(cache.use("A") == .new("s2"))
        cache.forget("A", name: "s1")
        #expect(cache.use("A") == .prepared("s2"))
        cache.discard("A")
        #expect(cache.discarded == ["s2"])
    }

    @Test("With room for none, nothing is prepared")
    func disabled() {
        var cache = StatementCache(max: 0)
        #expect(cache.use("A") == .unprepared)
    }
}
