extension Operation.Parameter {
    /// Of changes that nobody may make unseen: see `Request.requireMatch`.
    public static let ifMatch = Operation.Parameter(
        .header, "If-Match", .text(like: "\"7\""),
        says: "The ETag of the state that is changed. Where it is another by now, nothing is done.", isRequired: true,
        problems: [.preconditionRequired, .preconditionFailed])
}
