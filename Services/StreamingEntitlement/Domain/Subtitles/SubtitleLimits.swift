/// What a subtitle file may hold at the most. A feature film of two hours has about 1,500 cues and 120 kB.
public enum SubtitleLimits {
    public static let bytesMax = 2 * 1024 * 1024
    public static let cuesMax = 20_000
    public static let linesMax = 100_000
    public static let lineBytesMax = 2_000
    /// Of one cue's text, all lines together.
    public static let cueBytesMax = 4_000
    /// Cues on the screen at one moment: two speakers, a sign, a song; more is a broken file. It also bounds how often
    /// a cue is repeated when the track is cut into segments.
    public static let overlappingCuesMax = 4
    public static let tagDepthMax = 16
    public static let hoursMax = 24
}
