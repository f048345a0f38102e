extension JSONNode {
    /// The value at a path such as `films[3].slug`; where there is none, the innermost value around it.
    public func nearest(to path: String) -> JSONNode {
        var node = self
        for step in path.split(whereSeparator: { ".[]".contains($0) }) {
            let next = node.isArray ? Int(step).flatMap { node.element($0) } : node[String(step)]
            guard let next else { break }
            node = next
        }
        return node
    }

    private func element(_ index: Int) -> JSONNode? {
        let elements = elements
        return elements.indices.contains(index) ? elements[index] : nil
    }
}
