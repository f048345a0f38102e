import JSON
import ServiceTestSupport
import Testing

@Suite("The judge over schemas")
struct SchemaJudgeTests {
    private static let rules: [(schema: JSONValue, valid: JSONValue, invalid: JSONValue)] = [
        (["type": "object"], [:], []),
        (["type": "array"], [], [:]),
        (["type": "string"], "", 1),
        (["type": "integer"], 1, 1.5),
        (["type": "boolean"], true, "true"),
        (["const": "a"], "a", "b"),
        (["const": 7], 7, 8),
        (["enum": ["a", "b"]], "b", "c"),
        (["properties": ["a": ["type": "string"]]], ["a": "x"], ["a": 1]),
        (["required": ["a"]], ["a": .null], ["b": 1]),
        (["properties": ["a": ["type": "string"]], "additionalProperties": false], ["a": "x"], ["b": "x"]),
        (["items": ["type": "string"]], ["a", "b"], ["a", 1]),
        (["minItems": 1], [1], []),
        (["maxItems": 1], [1], [1, 2]),
        (["uniqueItems": true], [1, 2], [1, 1]),
        (["minimum": 1], 1, 0),
        (["maximum": 9], 9, 10),
        (["minLength": 2], "ño", "ñ"),
        (["maxLength": 1], "ñ", "ño"),
        (["pattern": "^[a-z]+$"], "abc", "ab1"),
        (["pattern": "^[a-z]+$"], "abc", "abc\n"),
        (["format": "uuid"], "0190b5a8-7c00-7000-8000-000000000001", "0190b5a8-7c00-7000-8000"),
        (["format": "date-time"], "2026-03-20T09:30:00.000001Z", "2026-03-20 09:30"),
        (["not": ["const": "a"]], "b", "a"),
        (["anyOf": [["const": "a"], ["type": "integer"]]], 3, "b"),
        (["$ref": "#/components/schemas/Word"], "word", 1),
        (["$ref": "#/components/schemas/Word", "description": "Some word."], "word", 1),
    ]

    private let judge = SchemaJudge(["components": ["schemas": ["Word": ["type": "string"]]]], isStrict: false)

    @Test("Each rule lets through what it is meant to and refuses what it is not", arguments: rules.indices)
    func rule(_ index: Int) {
        let rule = Self.rules[index]
        #expect(judge.faults(in: rule.valid, by: rule.schema) == [])
        #expect(judge.faults(in: rule.invalid, by: rule.schema).count == 1, "\(rule.schema)")
    }

    @Test(
        "What nobody could judge by is a fault",
        arguments: [
            ["contains": ["type": "string"]], ["format": "hostname"], ["$ref": "#/components/schemas/Nothing"],
            ["pattern": "("], true,
        ] as [JSONValue])
    func unknown(_ schema: JSONValue) { #expect(judge.faults(in: "text", by: schema).count == 1) }

    @Test("Where it is strict, a member that is not declared is a fault, however deep")
    func strict() {
        let strict = SchemaJudge(.null, isStrict: true)
        let schema: JSONValue = [
            "type": "object",
            "properties": ["list": ["type": "array", "items": ["type": "object", "properties": ["a": [:]]]]],
        ]
        #expect(strict.faults(in: ["list": [["a": 1]]], by: schema) == [])
        #expect(
            strict.faults(in: ["list": [["a": 1, "b": 2]]], by: schema) == ["list[0]: the member b is not declared"])
        #expect(judge.faults(in: ["list": [["a": 1, "b": 2]]], by: schema) == [])
    }
}
