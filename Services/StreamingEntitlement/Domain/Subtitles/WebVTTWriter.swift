extension CueTrack {
    /// The track as a WebVTT file.
    public var webVTT: String { Self.webVTT(header: nil, definitions: definitions, cues: cues) }

    /// A WebVTT text; `header` is a line below the signature.
    static func webVTT(header: String?, definitions: [String], cues: some Sequence<Cue>) -> String {
        var text = "WEBVTT\n"
        if let header { text += header + "\n" }
        for definition in definitions { text += "\n" + definition + "\n" }
        for cue in cues {
            text += "\n"
            if let identifier = cue.identifier { text += identifier + "\n" }
            text += "\(cue.start) --> \(cue.end)"
            if !cue.settings.isEmpty { text += " " + cue.settings }
            text += "\n" + cue.text + "\n"
        }
        return text
    }
}
