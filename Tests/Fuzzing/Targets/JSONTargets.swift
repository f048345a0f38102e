import FilmClubModel
import JSON

enum JSONTargets {
    static let all = [parser, decoder, events]

    private static let words = [
        "{", "}", "[", "]", "{\"a\":", "[[[[[[[[", "true", "false", "null", "\\u0000", "\\ud800", "\\udc00", "\\u0061",
        "\\n", "\\/", "1e308", "1e309", "5e-324", "1E400", "-0", "0.1", "-", "+", "1.", ".5", "01", "\"a\":1,",
        "\"\\u0061\":2,", "//", "/**/", "NaN", "Infinity", "é", "e\u{301}",
    ]
    private static let seeds = [
        #"{"a":[1,-2.5e3,"x\n\u00e9\ud83c\udfac",true,false,null],"b":{"c":{"d":[]}}}"#,
        #"[9223372036854775807,-9223372036854775808,1.7976931348623157e308,5e-324,-0,-0.0,0.1]"#, #""text""#, " 1 ",
        #"{"é":1,"b":2,"c":3,"d":4,"e":5,"f":6,"g":7,"h":8,"i":9,"j":10}"#,
    ]

    /// The strict reader and its writer, beside the second reader.
    static let parser = FuzzTarget("json", share: 200, seeds: seeds, words: words, make: value) {
        bytes throws(FuzzFailure) in
        let reference = JSONReference.read(bytes)
        let value: JSONValue
        do throws(JSONError) {
            value = try JSON.parse(bytes)
        } catch {
            try promise(reference == nil, "refused (\(error)), though the second reader takes it")
            try promise(error.line > 0 && error.column > 0, "refused without line and column: \(error)")
            try promise(error.message.utf8.count < 1_500, "refused at too great a length")
            return "\(error.kind)"
        }
        try promise(reference != nil, "taken, though the second reader refuses it")
        try promise(reference == value, "read as another value than the second reader's")
        try promise(sameSigns(reference, value), "read with another sign of zero")
        let written = JSON.encode(value)
        let again = try? JSON.parse(written)
        try promise(again == value, "written and read back as another value")
        try promise(again.map { JSON.encode($0) } == written, "written twice, in two ways")
        return "accepted"
    }

    /// -0.0 equals 0.0, and is another number all the same.
    private static func sameSigns(_ left: JSONValue?, _ right: JSONValue) -> Bool {
        switch (left, right) {
        case (.double(let left)?, .double(let right)): left.sign == right.sign
        case (.array(let left)?, .array(let right)): zip(left, right).allSatisfy { sameSigns($0, $1) }
        case (.object(let left)?, .object(let right)):
            zip(left.members, right.members).allSatisfy { sameSigns($0.value, $1.value) }
        default: true
        }
    }

    private struct Everything: Codable, Equatable {
        struct Inner: Codable, Equatable {
            var x: Int?
            var y: [String: UInt8]?
        }

        var tiny: Int8?
        var large: UInt64?
        var double: Double?
        var float: Float?
        var text: String?
        var flags: [Bool?]?
        var inner: Inner?
        var inners: [Inner]?
        var any: JSONValue?
    }

    /// Swift's `Codable` over both.
    static let decoder = FuzzTarget(
        "json-decoder", share: 60,
        seeds: [
            #"{"tiny":-128,"large":1844674407370955161,"double":0.1,"float":1.5,"text":"x","flags":[true,null],"#
                + #""inner":{"x":1,"y":{"a":255}},"inners":[{},{"x":2}],"any":{"a":[null]}}"#
        ], words: words + ["\"tiny\":", "\"inner\":", "\"any\":", "255", "256", "1e39", "3.5e38"]
    ) { bytes throws(FuzzFailure) in
        let value: Everything
        do throws(JSONError) {
            value = try JSON.decode(Everything.self, from: bytes)
        } catch {
            try promise(error.line > 0 && error.column > 0, "refused without line and column: \(error)")
            return "\(error.kind)"
        }
        guard let written = try? JSON.encode(value), let again = try? JSON.decode(Everything.self, from: written) else {
            throw FuzzFailure("a decoded model cannot be written and read back")
        }
        try promise(again == value, "written and read back as another model")
        try promise((try? JSON.encode(again)) == written, "written twice, in two ways")
        return "accepted"
    }

    /// The bodies of all events, by the corpus of what was ever published.
    static let events = FuzzTarget("events", share: 8, seeds: RepositoryFiles.eventBodies, words: words) {
        bytes throws(FuzzFailure) in
        var outcome = "refused"
        for type in Events.all where try survives(bytes, type) { outcome = "accepted \(type.type.name)" }
        return outcome
    }

    private static func survives<Body: EventBody>(_ bytes: [UInt8], _ type: Body.Type) throws(FuzzFailure) -> Bool {
        guard let body = try? JSON.decode(type, from: bytes) else { return false }
        guard let written = try? JSON.encode(body), let again = try? JSON.decode(type, from: written) else {
            throw FuzzFailure("\(type) was read, and cannot be written and read back")
        }
        try promise(again == body, "\(type) was written and read back as another one")
        return true
    }

    /// A text of a random tree, with blanks and escapes that the writer does not use.
    private static let value: @Sendable (inout FuzzRandom) -> [UInt8] = { random in
        Array(text(&random, depth: 1 + random.below(6)).utf8)
    }

    private static func text(_ random: inout FuzzRandom, depth: Int) -> String {
        let blank = random.oneIn(5) ? random.pick([" ", "\n", "\t", "\r\n  "]) : ""
        switch random.below(depth > 0 ? 9 : 6) {
        case 0: return blank + random.pick(["null", "true", "false"])
        case 1: return blank + String(Int64(bitPattern: random.next() >> UInt64(random.below(64))))
        case 2:
            let double = Double(bitPattern: random.next())
            return blank + (double.isFinite ? "\(double)" : "0.5")
        case 3: return blank + random.pick(["-0", "0e0", "1E+2", "1e-400", "0e999", "-0.0", "123456789012345678901"])
        case 4, 5: return blank + quoted(&random)
        case 6:
            return "[" + (0..<random.below(5)).map { _ in text(&random, depth: depth - 1) }.joined(separator: ",")
                + blank + "]"
        default:
            // Keys of a few names, so that some are there twice; and objects of many members, which are read another way.
            let isWide = random.oneIn(8)
            let members = (0..<random.below(isWide ? 60 : 8)).map { number in
                let key = random.oneIn(2) ? quoted(&random) : "\"k\(random.oneIn(9) ? random.below(60) : number)\""
                return key + blank + ":" + (isWide ? "0" : text(&random, depth: depth - 1))
            }
            return "{" + members.joined(separator: "," + blank) + "}"
        }
    }

    private static func quoted(_ random: inout FuzzRandom) -> String {
        var text = "\""
        for scalar in random.text().unicodeScalars {
            if random.oneIn(4) || scalar == "\"" || scalar == "\\" || scalar.value < 0x20 {
                for unit in String(scalar).utf16 {
                    let hex = String(unit, radix: 16, uppercase: random.oneIn(2))
                    text += "\\u" + String(repeating: "0", count: 4 - hex.utf8.count) + hex
                }
            } else {
                text.unicodeScalars.append(scalar)
            }
        }
        return text + "\""
    }
}
