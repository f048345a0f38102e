/// An array being written.
struct UnkeyedSlot: UnkeyedEncodingContainer, ScalarSlot {
    let encoder: TreeEncoder

    var codingPath: [any CodingKey] { encoder.codingPath }
    var count: Int { encoder.slot.count }

    func put(_ element: EncodedElement) { encoder.slot.append(element) }

    var trail: Trail { encoder.slot.trail.to(.element(count)) }

    func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) -> KeyedEncodingContainer<Nested> {
        child().container(keyedBy: type)
    }

    func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer { child().unkeyedContainer() }

    func superEncoder() -> any Encoder { child() }

    private func child() -> TreeEncoder {
        let child = TreeEncoder(slot: EncodedSlot(trail), userInfo: encoder.userInfo)
        put(.slot(child.slot))
        return child
    }
}
