/// Collects cues in file order and holds the rules between them.
struct CueSequence {
    private(set) var cues: [Cue] = []
    /// Ends of the cues that are on the screen when the newest begins.
    private var showing: [CueTime] = []

    /// Starts must not fall (W3C WebVTT §4.1), and only so many cues may share a moment.
    mutating func append(_ cue: Cue, line: Int) throws(SubtitleError) {
        guard cues.count < SubtitleLimits.cuesMax else { throw SubtitleError(line: line, .tooManyCues) }
        if let previous = cues.last, cue.start < previous.start {
            throw SubtitleError(line: line, .startsBeforePrevious)
        }
        showing.removeAll { $0 <= cue.start }
        showing.append(cue.end)
        guard showing.count <= SubtitleLimits.overlappingCuesMax else {
            throw SubtitleError(line: line, .tooManyOverlapping)
        }
        cues.append(cue)
    }

    func track(definitions: [String], lastLine: Int) throws(SubtitleError) -> CueTrack {
        guard !cues.isEmpty else { throw SubtitleError(line: lastLine, .noCues) }
        return CueTrack(definitions: definitions, cues: cues)
    }
}
