internal import Contracts
internal import HTTPServer

/// Why a cart is not opened or changed. The types are stable, and where checkout has the same one it has the same
/// status.
extension ProblemType {
    static let institutionUnknown = ProblemType(403, "institution-unknown", "Institution unknown")
    static let programmeUnknown = ProblemType(
        422, "programme-unknown", "Programme unknown",
        members: [.required("programmeId", .text(like: "spanish-film-club"))])
    static let programmeNotOffered = ProblemType(
        422, "programme-not-offered", "Programme not offered", members: [.required("territory", .territory)])
    static let filmUnknown = ProblemType(422, "film-unknown", "Film unknown", members: film)
    static let filmWithdrawn = ProblemType(422, "film-withdrawn", "Film withdrawn", members: film)
    static let filmNotLicensed = ProblemType(422, "film-not-licensed", "Film not licensed", members: film)
    static let cartFull = ProblemType(409, "cart-full", "Cart full", members: [.required("slots", .positive)])
    static let cartClosed = ProblemType(409, "cart-closed", "Cart closed", members: [.required("orderId", .id)])

    private static let film: [Schema.Member] = [.required("filmId", .id)]
}
