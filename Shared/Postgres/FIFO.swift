/// A queue with cheap removal at the front.
struct FIFO<Element> {
    private var elements: [Element?] = []
    private var head = 0
    private(set) var count = 0

    var isEmpty: Bool { count == 0 }

    var first: Element? { head < elements.count ? elements[head] : nil }

    mutating func append(_ element: Element) {
        elements.append(element)
        count += 1
    }

    mutating func popFirst() -> Element? {
        guard head < elements.count else { return nil }
        let element = elements[head]
        elements[head] = nil
        head += 1
        count -= 1
        if head == elements.count {
            elements.removeAll(keepingCapacity: true)
            head = 0
        } else if head > 64, head > elements.count / 2 {
            elements.removeFirst(head)
            head = 0
        }
        return element
    }

    /// Removes the first that fits, wherever it stands.
    mutating func remove(where fits: (Element) -> Bool) -> Element? {
        let index = elements.indices.dropFirst(head).first { elements[$0].map(fits) ?? false }
        guard let index else { return nil }
        count -= 1
        return elements.remove(at: index)
    }

    mutating func removeAll() -> [Element] {
        defer { self = FIFO() }
        return elements.compactMap { $0 }
    }
}
