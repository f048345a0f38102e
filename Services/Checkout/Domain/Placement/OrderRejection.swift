public import FilmClubModel

/// Why a request becomes no order. Nothing was written.
public enum OrderRejection: Error, Hashable, Sendable {
    case institutionUnknown
    case institutionNotVerified
    case programmeUnknown(ProgrammeID)
    /// The programme is not for institutions of this type.
    case institutionTypeNotEligible(InstitutionType)
    /// The programme is not offered there.
    case programmeNotOffered(in: Territory)
    case wrongNumberOfFilms(expected: Int, given: Int)
    case repeatedFilms([FilmID])
    case unknownFilms([FilmID])
    case withdrawnFilms([FilmID])
    case filmsNotLicensed([FilmID], in: Territory)
    case ruleNotMet(CompositionRule)
    /// A newer house wrote a rule that this one cannot judge, so it must not sell.
    case ruleNotSupported(name: String)
    case pricing(PricingRefusal)
}
