"""What vendors, proxies and logs export of usage and cost, read into lines of one form."""
