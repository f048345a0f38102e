/// Swift's `Encoder`. Models may write their containers in any order, so a tree is built first and written at the end.
struct TreeEncoder: Encoder {
    let slot: EncodedSlot
    let userInfo: [CodingUserInfoKey: Any]
    let codingPath: [any CodingKey]

    init(slot: EncodedSlot, userInfo: [CodingUserInfoKey: Any], codingPath: [any CodingKey]) {
        self.slot = slot
        self.userInfo = userInfo
        self.codingPath = codingPath
    }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        slot.becomeObject()
        return KeyedEncodingContainer(KeyedSlot(encoder: self))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        slot.becomeArray()
        return UnkeyedSlot(encoder: self)
    }

    func singleValueContainer() -> any SingleValueEncodingContainer { SingleSlot(encoder: self) }
}
