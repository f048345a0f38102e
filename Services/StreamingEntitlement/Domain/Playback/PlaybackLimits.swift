/// The numbers of playback.
public enum PlaybackLimits {
    /// How long one session's token serves a film, at most until its window closes: the longest film, with a pause.
    public static let sessionLifetime: Duration = .seconds(6 * 3600)
    /// A player that fetches nothing for so long has gone; its place is free.
    public static let leaseLifetime: Duration = .seconds(120)
    /// How often the gate asks for revocations if no notice woke it.
    public static let revocationsPoll: Duration = .seconds(5)
    /// A set of revocations older than this decides nothing: the gate asks the database for each request.
    public static let revocationsAgeMax: Duration = .seconds(30)
}
