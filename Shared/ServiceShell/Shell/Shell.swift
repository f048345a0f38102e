/// What every service's `Main` starts.
public enum Shell {
    public static let version = "0.1.0"
}
