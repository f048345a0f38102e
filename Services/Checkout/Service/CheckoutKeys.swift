internal import CheckoutDomain
internal import Messaging
public import ServiceShell

/// The settings of checkout.
public enum CheckoutKeys {
    static let httpPort = ServiceKeys.httpPort(default: 8083)
    static let sellerName = ConfigurationKey(
        "SELLER_NAME", .text, default: "FilmClub", help: "Who sells, as invoices name it.")
    static let sellerAddress = ConfigurationKey(
        optional: "SELLER_ADDRESS", .text, help: "The seller's address on invoices; a semicolon ends a line.")
    static let sellerTaxID = ConfigurationKey(
        optional: "SELLER_TAX_ID", .text, help: "The seller's tax number on invoices.")

    public static let all: [any AnyConfigurationKey] =
        ServiceFoundation.keys + [ServiceKeys.httpHost, httpPort, ServiceKeys.publicBaseURL] + billing
        + IdentityKeys.all

    private static let billing: [any AnyConfigurationKey] = [sellerName, sellerAddress, sellerTaxID]
}

extension Billing.Terms {
    init(_ settings: Configuration) {
        let address = settings[CheckoutKeys.sellerAddress] ?? ""
        seller = Seller(
            name: settings[CheckoutKeys.sellerName],
            address: address.split(separator: ";").map { String($0.drop { $0 == " " }) },
            taxId: settings[CheckoutKeys.sellerTaxID])
    }
}
