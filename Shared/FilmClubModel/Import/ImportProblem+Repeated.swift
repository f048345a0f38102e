extension ImportProblem {
    /// An id or slug that stands twice in a list.
    ///
    /// - Parameters:
    ///   - index: where it stands again.
    ///   - first: where it stood first.
    public static func repeated(
        _ value: String, _ field: String, of thing: String, in list: String, at index: Int, first: Int
    ) -> ImportProblem {
        ImportProblem(
            path: "\(list)[\(index)].\(field)",
            sentence: "\(value) is already the \(field) of \(thing) \(list)[\(first)].")
    }
}
