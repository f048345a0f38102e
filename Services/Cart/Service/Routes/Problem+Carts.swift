internal import CartDomain
internal import FilmClubModel
internal import HTTPServer
internal import JSON

/// Every reason why a cart is not opened or changed, as clients see it. The types are stable, and where checkout has
/// the same one it has the same status.
extension Problem {
    init(_ refusal: CartRefusal) {
        switch refusal {
        case .institutionUnknown:
            self.init(
                status: 403, refusal.word, title: "Institution unknown",
                detail: "The token's institution is not one of ours.")
        case .programmeUnknown(let name):
            self.init(
                status: 422, refusal.word, title: "Programme unknown", detail: "There is no programme \(name).",
                members: ["programmeId": .string(name)])
        case .programmeNotOffered(let territory):
            self.init(
                status: 422, refusal.word, title: "Programme not offered",
                detail: "The programme is not offered to institutions of this type in \(territory).",
                members: ["territory": .string(territory.text)])
        case .filmUnknown(let film):
            self.init(refusal.word, "Film unknown", "There is no such film.", film)
        case .filmWithdrawn(let film):
            self.init(refusal.word, "Film withdrawn", "The film is no longer for sale.", film)
        case .filmNotLicensed(let film, let territory):
            self.init(
                refusal.word, "Film not licensed", "The film may not be screened in \(territory).", film)
        case .full(let slots):
            self.init(
                status: 409, refusal.word, title: "Cart full",
                detail: "All \(slots) slots are taken. Remove a film to choose another one.",
                members: ["slots": .integer(Int64(slots))])
        case .closed(let order):
            self.init(
                status: 409, refusal.word, title: "Cart closed",
                detail: "An order was placed for the cart. It changes no more.",
                members: ["orderId": .string(order.text)])
        }
    }

    private init(_ name: String, _ title: String, _ detail: String, _ film: FilmID) {
        self.init(status: 422, name, title: title, detail: detail, members: ["filmId": .string(film.text)])
    }
}

extension CartRefusal {
    /// The refusal in one word: the end of the problem's type, and the metric's label.
    var word: String {
        switch self {
        case .institutionUnknown: "institution-unknown"
        case .programmeUnknown: "programme-unknown"
        case .programmeNotOffered: "programme-not-offered"
        case .filmUnknown: "film-unknown"
        case .filmWithdrawn: "film-withdrawn"
        case .filmNotLicensed: "film-not-licensed"
        case .full: "cart-full"
        case .closed: "cart-closed"
        }
    }
}
