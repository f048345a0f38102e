internal import FilmClubModel
public import HTTPServer

extension Schema {
    public static let film = Schema.object(
        "Film",
        [
            .required("id", id),
            .defaulted("version", .described("Rises by one with every change; an import leaves it out.", .positive)),
            .required("slug", slug),
            .defaulted("status", .word(of: FilmStatus.self)),
            .required("title", line("Madres paralelas")),
            .optional("originalTitle", line("Madres paralelas")),
            .optional("year", year),
            .optional("runningTimeMinutes", .integer(1...1_440)),
            .defaulted("countries", distinct(territory)),
            .defaulted("credits", list(credit)),
            .optional("synopsis", paragraph("Dos mujeres coinciden en la habitación de un hospital.")),
            .defaulted("awards", list(award)),
            .defaulted("pressQuotes", list(pressQuote)),
            .defaulted("aboutTheDirector", list(paragraph("Nació en Calzada de Calatrava."))),
            .defaulted("notes", list(signedNote)),
            .optional("audioLanguage", languageTag),
            .defaulted("subtitles", distinct(subtitleTrack)),
            .defaulted("territories", .described("Where it may be screened. None: nowhere.", distinct(territory))),
            .optional("themes", .described("What it is about.", distinct(slug))),
        ])

    public static let person = Schema.object(
        "Person",
        [
            .required("id", id), .defaulted("version", .positive), .required("name", line("Pedro Almodóvar")),
            .defaulted("biography", list(paragraph("Nació en Calzada de Calatrava."))),
        ])

    public static let year = Schema.integer(1_888...2_200)

    private static let credit = Schema.object(
        "Credit",
        [
            .required("role", .words(CreditRole.known.map(\.text))), .required("name", line("Pedro Almodóvar")),
            .optional("character", line("Janis")),
            .optional("personId", .described("Who that is, where the catalog knows the person.", id)),
        ])

    private static let award = Schema.object(
        "Award",
        [
            .required("body", line("Goya Awards®")),
            .defaulted(
                "categories",
                .described("Read from the text where an import leaves them out.", list(awardCategory, min: 1))),
            .optional("text", .described("The list as it was printed.", paragraph("Best Film, Best Director Nominee"))),
        ])

    private static let awardCategory = Schema.object(
        "AwardCategory",
        [
            .optional("prize", line("Volpi Cup")), .required("name", line("Best Actress")),
            .defaulted("outcome", .word(of: AwardOutcome.self)),
        ])

    private static let pressQuote = Schema.object(
        "PressQuote",
        [
            .required("text", paragraph("Una película necesaria.")), .optional("critic", line("Ana Pérez")),
            .optional("publication", line("El Diario")),
        ])

    private static let signedNote = Schema.object(
        "SignedNote",
        [
            .optional("title", line("Memoria")), .required("author", line("Ana Pérez")),
            .required("paragraphs", list(paragraph("La memoria es el tema."), min: 1)),
        ])

    private static let subtitleTrack = Schema.object(
        "SubtitleTrack",
        [.required("language", languageTag), .defaulted("kind", .word(of: SubtitleKind.self))])
}
