/// A PostgreSQL snapshot in its text form (`xmin:xmax:xip,…`).
struct Snapshot: Hashable, Sendable {
    let text: String

    /// The snapshot in which nothing is visible.
    static let nothing = Snapshot(text: "1:1:")
}

/// How far the log has been published: everything visible in `from`, and of what `to` shows beyond it, the rows
/// up to `after`.
///
/// A cursor on the row number would lose rows, because numbers are drawn before commit and a slow writer's
/// low number appears behind it; so would one on `(xid, number)`, which breaks the order within keys. The
/// difference of two snapshots is exact: `to` is pinned once and all of the difference is paged through by
/// number before it becomes the new `from` (design §4; MessagingTests show the two wrong ways failing).
struct RelayCursor: Hashable, Sendable {
    /// The broker the positions mean; another one has to be told everything again.
    var clusterID: String
    /// Rows of earlier incarnations than this one are published.
    var fromIncarnation: Int32
    var from: Snapshot
    /// The pinned end of the difference in hand; nil between two differences.
    var to: Snapshot?
    var after: Int64

    /// Nothing is published yet on `clusterID`.
    static func beginning(clusterID: String) -> RelayCursor {
        RelayCursor(clusterID: clusterID, fromIncarnation: 0, from: .nothing, to: nil, after: 0)
    }

    /// Begins the difference up to `snapshot`, whose lowest number is `lowest`; one without rows is over at once.
    /// - Parameter incarnation: the one in which `snapshot` was taken.
    mutating func begin(to snapshot: Snapshot, lowest: Int64?, incarnation: Int32) {
        precondition(to == nil, "a difference is in hand")
        guard let lowest else { return finish(at: snapshot, incarnation: incarnation) }
        to = snapshot
        after = lowest - 1
    }

    /// The broker has acknowledged a page that ended at `lastNumber` (nil: it was empty). A page with room left
    /// was the difference's last.
    mutating func acknowledge(lastNumber: Int64?, wasLast: Bool, incarnation: Int32) {
        guard let to else { preconditionFailure("no difference is in hand") }
        if let lastNumber { after = lastNumber }
        if wasLast { finish(at: to, incarnation: incarnation) }
    }

    private mutating func finish(at snapshot: Snapshot, incarnation: Int32) {
        from = snapshot
        fromIncarnation = incarnation
        to = nil
        after = 0
    }
}
