/// A single value being written.
struct SingleSlot: SingleValueEncodingContainer, ScalarSlot {
    let encoder: TreeEncoder

    var codingPath: [any CodingKey] { encoder.codingPath }
    var trail: Trail { encoder.slot.trail }

    func put(_ element: EncodedElement) { encoder.slot.content = element.content }
}
