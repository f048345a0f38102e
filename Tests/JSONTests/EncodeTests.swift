import JSON
import Testing

private func text(_ value: some Encodable) throws -> String { String(decoding: try JSON.encode(value), as: UTF8.self) }

/// Writes its parts as a model of old code might: containers within each other, in turns.
private struct Interleaved: Encodable {
    enum Key: String, CodingKey { case first, list, inner, last, base }
    func encode(to encoder: any Encoder) throws {
        var object = encoder.container(keyedBy: Key.self)
        var list = object.nestedUnkeyedContainer(forKey: .list)
        var inner = object.nestedContainer(keyedBy: Key.self, forKey: .inner)
        try list.encode(1)
        try object.encode("a", forKey: .first)
        try inner.encodeNil(forKey: .last)
        var deeper = list.nestedContainer(keyedBy: Key.self)
        try list.encode(3)
        try deeper.encode(2, forKey: .inner)
        try "base".encode(to: object.superEncoder(forKey: .base))
        var again = encoder.container(keyedBy: Key.self)
        try again.encode(true, forKey: .last)
    }
}

private struct Twice: Encodable {
    enum Key: String, CodingKey { case a }
    func encode(to encoder: any Encoder) throws {
        var object = encoder.container(keyedBy: Key.self)
        try object.encode(1, forKey: .a)
        try object.encode(2, forKey: .a)
    }
}

private struct Nothing: Encodable {
    func encode(to encoder: any Encoder) throws {}
}

private struct Holder<Value: Encodable>: Encodable { var parts: [Value] }

private struct Optionals: Codable, Equatable {
    var there: Int?
    var absent: Int?
    var list: [Int?]
}

private enum Payment: Codable, Equatable {
    case purchaseOrder(number: String)
    case card
}

@Suite("Writing models")
struct EncodeTests {
    @Test("Containers within each other may be written in turns, members stand where they were begun")
    func interleaved() throws {
        #expect(
            try text(Interleaved())
                == #"{"list":[1,{"inner":2},3],"inner":{"last":null},"first":"a","base":"base","last":true}"#)
    }

    @Test("Dictionaries and sets have one order: by key, by bytes")
    func unordered() throws {
        let prices = Dictionary(uniqueKeysWithValues: (0..<30).map { ("k\($0)", $0) })
        #expect(
            try text(prices)
                == "{" + prices.sorted { $0.key < $1.key }.map { "\"\($0.key)\":\($0.value)" }.joined(separator: ",")
                + "}")
        #expect(try text(Set(["b", "c", "a"])) == #"["a","b","c"]"#)
        #expect(try text([["b": Set([3, 1, 2])]]) == #"[{"b":[1,2,3]}]"#)
    }

    @Test("Absent optionals are left out; those in a list are null")
    func optionals() throws {
        let value = Optionals(there: 1, absent: nil, list: [1, nil])
        #expect(try text(value) == #"{"there":1,"list":[1,null]}"#)
        #expect(try JSON.decode(Optionals.self, from: try JSON.encode(value)) == value)
        #expect(
            try JSON.decode(Optionals.self, from: Array(#"{"absent":null,"there":1,"list":[1,null]}"#.utf8)) == value)
    }

    @Test("Values of every kind stand at the top too")
    func topLevel() throws {
        #expect(try text("a") == #""a""#)
        #expect(try text(Int64.min) == "-9223372036854775808")
        #expect(try text(Int?.none) == "null")
        #expect(try text([Int]()) == "[]")
        #expect(try text([String: Int]()) == "{}")
        #expect(try text(Payment.purchaseOrder(number: "7")) == #"{"purchaseOrder":{"number":"7"}}"#)
        #expect(try JSON.decode(Payment.self, from: Array(#"{"card":{}}"#.utf8)) == .card)
        #expect(try text(JSONValue.object(["b": 1, "a": [.null]])) == #"{"b":1,"a":[null]}"#)
    }

    @Test("Text is escaped no more than needed")
    func escapes() throws {
        #expect(
            try text("\u{1}\u{8}\t\n\u{C}\r\u{1F}\"\\/é\u{2028}🎬") == #""\u0001\u0008\t\n\u000c\r\u001f\"\\/é"#
                + "\u{2028}🎬\"")
    }

    @Test("What has no JSON form is refused with its path")
    func refused() {
        func error(_ value: some Encodable) -> JSONError? { #expect(throws: JSONError.self) { try JSON.encode(value) } }
        #expect(
            error(Holder(parts: [1, Double.nan]))?.description
                == "parts[1]: infinity and not-a-number have no form in JSON")
        #expect(error(Holder(parts: [Float.infinity]))?.kind == .unsupported)
        #expect(error(Holder(parts: ["a\u{0}"]))?.kind == .nulCharacter)
        #expect(error(Holder(parts: [UInt64.max]))?.path == "parts[0]")
        #expect(error(Holder(parts: [UInt64.max]))?.kind == .numberOutOfRange)
        #expect(error(Holder(parts: [Twice()]))?.description == "parts[0].a: the key was written twice")
        #expect(error(Holder(parts: [Nothing()]))?.description == "parts[0]: a model wrote no value")
    }

    @Test("The writer places commas and escapes by itself")
    func writer() {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("id", "a\"b")
        writer.key("numbers")
        writer.beginArray()
        for number in [0, -1, 42, Int64.max, Int64.min] { writer.integer(number) }
        writer.double(1.5)
        writer.double(.nan)
        writer.beginObject()
        writer.endObject()
        writer.endArray()
        writer.member("yes", true)
        writer.key("raw")
        writer.raw(#"{"as":"is"}"#)
        writer.key("none")
        writer.null()
        writer.endObject()
        #expect(
            String(decoding: writer.bytes, as: UTF8.self)
                == #"{"id":"a\"b","numbers":[0,-1,42,9223372036854775807,-9223372036854775808,1.5,null,{}],"yes":true,"raw":{"as":"is"},"none":null}"#
        )
    }
}
