extension CueTrack {
    /// Reads a WebVTT file strictly by its grammar (W3C WebVTT §4.1), not by a player's forgiving parser: what a player
    /// would silently leave out is refused with its line.
    ///
    /// Comments (NOTE) are dropped. An `X-TIMESTAMP-MAP` header belongs to segments, not to a film's file.
    public init(webVTT bytes: [UInt8]) throws(SubtitleError) {
        let file = try SubtitleBlocks(bytes)
        guard let header = file.blocks.first, let signature = header.first, signature.number == 1,
            signature.begins(with: "WEBVTT"), !signature.hasArrow
        else { throw SubtitleError(line: 1, .missingHeader) }
        guard header.count == 1 else { throw SubtitleError(line: 2, .headerNotClosed) }

        var definitions: [String] = []
        var sequence = CueSequence()
        for block in file.blocks.dropFirst() {
            guard let first = block.first else { continue }
            if first.begins(with: "NOTE") {
                try Self.refuseArrows(in: block)
            } else if first.begins(with: "STYLE") || first.begins(with: "REGION") {
                guard sequence.cues.isEmpty else { throw SubtitleError(line: first.number, .definitionAfterCue) }
                try Self.refuseArrows(in: block)
                definitions.append(block.map(\.text).joined(separator: "\n"))
            } else {
                let (cue, line) = try Self.cue(block)
                try sequence.append(cue, line: line)
            }
        }
        self = try sequence.track(definitions: definitions, lastLine: file.lastLine)
    }

    private static func cue(_ block: ArraySlice<SubtitleLine>) throws(SubtitleError) -> (Cue, timingLine: Int) {
        var lines = block
        var identifier: String?
        if let first = lines.first, !first.hasArrow {
            identifier = first.text
            lines = lines.dropFirst()
        }
        guard let timingLine = lines.first, timingLine.hasArrow else {
            throw SubtitleError(line: block[block.startIndex].number, .missingTiming)
        }
        let timing = try CueTiming(timingLine, format: .webVTT)
        guard lines.count > 1 else { throw SubtitleError(line: timingLine.number, .emptyCue) }
        let text = try CueText.check(lines.dropFirst(), from: timing.start, to: timing.end)
        let cue = Cue(
            identifier: identifier, start: timing.start, end: timing.end, settings: timing.settings, text: text)
        return (cue, timingLine.number)
    }

    private static func refuseArrows(in block: ArraySlice<SubtitleLine>) throws(SubtitleError) {
        if let line = block.first(where: \.hasArrow) { throw SubtitleError(line: line.number, .arrowInText) }
    }
}
