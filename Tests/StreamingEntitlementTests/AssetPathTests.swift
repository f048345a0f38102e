import StreamingEntitlementDomain
import Testing

struct AssetPathTests {
    @Test(
        "Every spelling of a path that RFC 3986 calls the same is the same",
        arguments: [
            ("master.m3u8", "master.m3u8"),
            ("video-360p/000.m4s", "video-360p/000.m4s"),
            ("%6Daster%2em3u8", "master.m3u8"),
            ("video%2D360p/000%2Em4s", "video-360p/000.m4s"),
        ])
    func canonical(raw: String, path: String) {
        #expect(AssetPath(requested: raw)?.description == path)
    }

    @Test(
        "No spelling leads out of the asset, or anywhere by a second way",
        arguments: [
            "", "/", "/master.m3u8", "master.m3u8/", "a//b", ".", "..", "../asset.json", "a/../b", "a/./b", "./a",
            "a/..",
            "%2e%2e/asset.json", "%2E%2E%2Fasset.json", "a%2Fb", "a%2fb", "a%5Cb", "a\\b", "..\\b", "a%00", "a\u{0}",
            "a%0Ab", "a%20b", "a b", "a+b", "a?b", "a%3Fb", "a#b", "a;b", "a:b", "~a", "%7Ea", "%", "a%", "a%2", "a%zz",
            "%252e%252e/b", "a%C0%AFb", "a%c3%b1", "ñ", "e\u{0301}", "．．/a", ".hidden", "a/.hidden", "%2ehidden",
            "a/b/c/d/e/f/g", String(repeating: "a", count: 201), String(repeating: "%61", count: 201),
        ])
    func refused(raw: String) {
        #expect(AssetPath(requested: raw) == nil)
    }

    @Test("A stored name must be canonical as it stands", arguments: ["%6Daster.m3u8", "a//b", "../a", ""])
    func stored(name: String) {
        #expect(AssetPath(name) == nil)
    }

    @Test("A name in a playlist is relative to the playlist's folder, and can't leave it")
    func sibling() {
        #expect(AssetPath("a/b/list.m3u8")?.sibling("000.m4s")?.description == "a/b/000.m4s")
        #expect(AssetPath("list.m3u8")?.sibling("c/000.m4s")?.description == "c/000.m4s")
        for name in ["../000.m4s", "/000.m4s", "http://host/000.m4s", "//host/000.m4s", ""] {
            #expect(AssetPath("a/list.m3u8")?.sibling(name) == nil)
        }
    }
}
