/// The film as it is now. Since 1.1 with themes, and people in its credits.
public struct FilmChanged: EventBody {
    public static let type = EventType("FilmChanged", 1, 1)
    public static let topic = Topic.films

    public var film: Film

    public init(film: Film) {
        self.film = film
    }

    public var key: String { film.id.text }
}

/// The programme as it is now, with its price lists. Since 1.1 with tiers, validity, cancellation and extra films.
public struct ProgrammeChanged: EventBody {
    public static let type = EventType("ProgrammeChanged", 1, 1)
    public static let topic = Topic.programmes

    public var programme: Programme

    public init(programme: Programme) {
        self.programme = programme
    }

    public var key: String { programme.id.text }
}

/// The institution as it is now. Since 1.1 with country, taxes and domains.
public struct InstitutionChanged: EventBody {
    public static let type = EventType("InstitutionChanged", 1, 1)
    public static let topic = Topic.institutions

    public var institution: Institution

    public init(institution: Institution) {
        self.institution = institution
    }

    public var key: String { institution.id.text }
}
