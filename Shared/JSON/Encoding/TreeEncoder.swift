/// Swift's `Encoder`. Models may write their containers in any order, so a tree is built first and written at the end.
struct TreeEncoder: Encoder {
    let slot: EncodedSlot
    let userInfo: [CodingUserInfoKey: Any]

    init(slot: EncodedSlot, userInfo: [CodingUserInfoKey: Any]) {
        self.slot = slot
        self.userInfo = userInfo
    }

    var codingPath: [any CodingKey] { slot.trail.path.codingPath }

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

/// The way from the root to what is being written, kept as links: a path is made of it only for an error.
indirect enum Trail {
    case root
    case within(Trail, JSONPath.Step, depth: Int)

    var depth: Int {
        if case .within(_, _, let depth) = self { depth } else { 0 }
    }

    func to(_ step: JSONPath.Step) -> Trail { .within(self, step, depth: depth + 1) }

    var path: JSONPath {
        var steps: [JSONPath.Step] = []
        var place = self
        while case .within(let outer, let step, _) = place {
            steps.append(step)
            place = outer
        }
        return JSONPath(steps: steps.reversed())
    }
}
